"""The addresses of this room outside the staff site and the API."""

from django.urls import path

from licensing.views import checkers, checks, members

urlpatterns = [
    path("checks/", checks.CheckView.as_view(), name="check"),
    path("checks/receipts/", checks.ReceiptsView.as_view(), name="check_receipts"),
    path("checks/receipts.csv", checks.ReceiptsCsvView.as_view(), name="check_receipts_csv"),
    path(
        "checks/receipts/<str:reference>.pdf",
        checks.ReceiptPdfView.as_view(),
        name="check_receipt_pdf",
    ),
    path("checks/receipts/<str:reference>/", checks.ReceiptView.as_view(), name="check_receipt"),
    path("checks/drivers/", checks.DriversView.as_view(), name="own_drivers"),
    path("checks/drivers/<int:pk>/", checks.DriversView.as_view(), name="drivers_of"),
    path("checks/drivers/<int:pk>.csv", checks.DriversCsvView.as_view(), name="drivers_of_csv"),
    path("checks/people/", checkers.PeopleChoiceView.as_view(), name="own_checker_people"),
    path("checks/people/<int:pk>/", checkers.PeopleView.as_view(), name="checker_people"),
    path(
        "checks/people/end/<int:pk>/", checkers.EndPersonView.as_view(), name="end_checker_person"
    ),
    path(
        "checks/people/invitations/<int:pk>/withdraw/",
        checkers.WithdrawInvitationView.as_view(),
        name="withdraw_invitation",
    ),
    path("checks/join/<str:token>/", checkers.JoinView.as_view(), name="join_checkers"),
    path("who-looked/", checks.LooksView.as_view(), name="who_looked"),
    path("members/", members.MemberView.as_view(), name="member_training"),
    path("members/sessions/<int:pk>/", members.SignSessionView.as_view(), name="sign_session"),
    path("members/courses/<int:pk>/", members.SignCourseView.as_view(), name="sign_course"),
]
