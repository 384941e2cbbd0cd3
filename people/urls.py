from django.urls import path

from people import views

urlpatterns = [
    path("language/", views.choose_language, name="choose_language"),
    path("council/", views.ChooseCouncilView.as_view(), name="own_council"),
    path("licences/claim/", views.ClaimLicenceView.as_view(), name="claim_licence"),
]
