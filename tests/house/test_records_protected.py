"""Facts cannot be changed or deleted, and nothing that is pointed at can take them along."""

import pytest
from django.apps import apps
from django.db import connection, models

OUR_APPS = ["outbox", "people", "courses", "assessments", "certificates", "licensing"]
FACTS = {
    "outbox.Message",
    "outbox.MessageEvent",
    "people.HandOver",
    "people.Interest",
    "people.Learner",
    "people.Licence",
    "people.LicenceClaim",
    "people.Membership",
    "people.RecordMerge",
    "people.RegisterDoubt",
    "people.RegisterImport",
    "people.Tenure",
    "courses.AllowedTerm",
    "courses.Approval",
    "courses.Cohort",
    "courses.CohortPlace",
    "courses.Enrolment",
    "courses.ScreenVisit",
    "courses.CheckAnswer",
    "courses.LessonAgain",
    "courses.LessonCompletion",
    "assessments.Sitting",
    "assessments.Adjustment",
    "assessments.Answer",
    "assessments.AnswerSheet",
    "assessments.Case",
    "assessments.CaseEntry",
    "assessments.Challenge",
    "assessments.DrawnQuestion",
    "assessments.ExtraTries",
    "assessments.ItemReview",
    "assessments.Outage",
    "assessments.PaperPicture",
    "assessments.ResultChange",
    "assessments.Signal",
    "assessments.StartCode",
    "assessments.TimeGiven",
    "assessments.TestRule",
    "assessments.TestRuleTopic",
    "assessments.Withdrawal",
    "certificates.ValidityRule",
    "certificates.Certificate",
    "certificates.CertificateDocument",
    "certificates.Evidence",
    "certificates.EvidenceBatch",
    "certificates.EvidenceFile",
    "certificates.IssuerKey",
    "certificates.StandingChange",
    "certificates.CertificateEvent",
    "certificates.Reminder",
    "licensing.Acceptance",
    "licensing.Requirement",
    "licensing.ApiClient",
    "licensing.ComplianceRun",
    "licensing.CheckReceipt",
    "licensing.CheckerInvitation",
    "licensing.CheckerMember",
    "licensing.CheckerOrganisation",
    "licensing.CommitteePack",
    "licensing.Delivery",
    "licensing.DeliveryTry",
    "licensing.DriverContact",
    "licensing.FeedEvent",
    "licensing.NextAction",
    "licensing.OperatorLook",
    "licensing.FoiPack",
    "licensing.DrawnDriver",
    "licensing.Recheck",
    "licensing.RecheckCallOff",
    "licensing.RecheckList",
    "licensing.RecheckOutcome",
    "licensing.SignedTraining",
    "licensing.TrainingSession",
    "licensing.RulePreview",
    "licensing.TrainingException",
    "licensing.MetPoint",
    "licensing.QuarterlyPack",
    "licensing.TrendAlert",
    "licensing.TrendAlertNote",
    "licensing.Webhook",
}
DELETE_BIT = 8  # Of tgtype in pg_trigger.


def our_models():
    for model in apps.get_models():
        if model._meta.app_label in OUR_APPS and not model.__name__.endswith("Event"):
            yield model


@pytest.mark.django_db
@pytest.mark.parametrize("label", sorted(FACTS))
def test_database_refuses_to_delete(label):
    table = apps.get_model(label)._meta.db_table
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT bool_or(tgtype & %s > 0 AND tgenabled = 'O') FROM pg_trigger"
            " WHERE tgrelid = %s::regclass AND NOT tgisinternal",
            [DELETE_BIT, table],
        )
        assert cursor.fetchone()[0] is True


def test_every_record_that_points_into_content_protects_it():
    loose = [
        f"{model._meta.label}.{field.name}"
        for model in our_models()
        for field in model._meta.get_fields()
        if isinstance(field, models.ForeignKey)
        and not isinstance(field, models.OneToOneField)
        and field.remote_field.on_delete is not models.PROTECT
        and type(field).__name__ == "ForeignKey"
        and field.related_model._meta.app_label in OUR_APPS
        and field.name not in ("locked_by", "owner")  # Wagtail's own columns of every page.
    ]
    assert loose == []


def test_when_and_who_columns_stand_together():
    """A column ending ``_by`` has its ``_at`` beside it."""
    lonely = [
        f"{model._meta.label}.{field.name}"
        for model in our_models()
        for field in model._meta.get_fields()
        if field.name.endswith("_by")
        and isinstance(field, models.ForeignKey)
        and field.name not in ("seconded_by",)
        and f"{field.name.removesuffix('_by')}_at" not in {f.name for f in model._meta.get_fields()}
    ]
    assert lonely == []
