from django.urls import path

from people import views

urlpatterns = [
    path("licences/claim/", views.ClaimLicenceView.as_view(), name="claim_licence"),
]
