from django.urls import path

from assessments import views

urlpatterns = [
    path("cases/<int:pk>/", views.OwnCaseView.as_view(), name="own_case"),
    path("cases/<int:pk>/appeal/", views.AppealView.as_view(), name="appeal_case"),
    path("cases/<int:pk>/reply/", views.ReplyView.as_view(), name="reply_to_case"),
    path("help/", views.AskForHelpView.as_view(), name="test_help"),
    path(
        "sittings/<uuid:pk>/questions/<int:position>/",
        views.AnswerQuestionView.as_view(),
        name="sitting_question",
    ),
    path(
        "sittings/<uuid:pk>/pictures/<int:position>/",
        views.PictureView.as_view(),
        name="sitting_picture",
    ),
    path("sittings/<uuid:pk>/time/", views.TimeView.as_view(), name="sitting_time"),
    path("sittings/<uuid:pk>/review/", views.ReviewView.as_view(), name="sitting_review"),
    path("sittings/<uuid:pk>/challenge/", views.ChallengeView.as_view(), name="sitting_challenge"),
    path("sittings/<uuid:pk>/result/", views.ResultView.as_view(), name="sitting_result"),
    path("<slug:slug>/", views.StartTestView.as_view(), name="test_start"),
]
