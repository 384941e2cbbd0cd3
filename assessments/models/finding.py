"""How staff find questions: by their standing and by their words, also those of a newer draft."""

from collections.abc import Iterable
from typing import Any, Self, TypeVar

from django.contrib.contenttypes.models import ContentType
from django.contrib.postgres.aggregates import JSONBAgg
from django.contrib.postgres.search import SearchQuery, SearchRank, SearchVector
from django.db import models
from django.db.models import Case, CharField, Exists, F, Func, OuterRef, Q, Subquery, Value, When
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Cast, Coalesce, Concat
from django.utils.translation import gettext_lazy as _
from wagtail.models import WorkflowState

from courses.models import UpkeepQuerySet

Model = TypeVar("Model", bound=models.Model)
STEMMED_AS = {"en-gb": "english"}  # PostgreSQL knows no Welsh, Polish or Urdu.


class BankStanding(models.TextChoices):
    DRAFT = "draft", _("Draft")
    IN_REVIEW = "in_review", _("In review")
    LIVE = "live", _("Live")
    LIVE_CHANGED = "live_changed", _("Live, with a newer draft")
    LIVE_IN_REVIEW = "live_in_review", _("Live, and a newer draft is in review")
    RETIRED = "retired", _("Retired")


class OptionTexts(Func):
    """The list of the options' texts in a version."""

    template = "jsonb_path_query_array(%(expressions)s, '$.options[*].text')"
    output_field = models.JSONField()


class FindingQuerySet(UpkeepQuerySet[Model]):
    def with_standing(self) -> Self:
        """``standing`` is one of ``BankStanding``, worked out for the whole list at once."""
        waiting = WorkflowState.objects.filter(
            base_content_type=ContentType.objects.get_for_model(self.model),
            object_id=Cast(OuterRef("pk"), CharField()),
            status=WorkflowState.STATUS_IN_PROGRESS,
        )
        return self.alias(waiting=Exists(waiting)).annotate(
            standing=Case(
                When(retired_at__isnull=False, then=Value(BankStanding.RETIRED.value)),
                When(waiting=True, live=True, then=Value(BankStanding.LIVE_IN_REVIEW.value)),
                When(waiting=True, then=Value(BankStanding.IN_REVIEW.value)),
                When(live=False, then=Value(BankStanding.DRAFT.value)),
                When(has_unpublished_changes=True, then=Value(BankStanding.LIVE_CHANGED.value)),
                default=Value(BankStanding.LIVE.value),
                output_field=CharField(),
            )
        )

    def with_wording(self) -> Self:
        """``wording`` is the text, ``option_wording`` the list of options, both as written last."""
        own = self._options().order_by().values("question")
        written = own.annotate(texts=JSONBAgg("text")).values("texts")
        return self.annotate(
            wording=Coalesce(
                KeyTextTransform("text", "latest_revision__content"),
                F("text"),
                output_field=models.TextField(),
            ),
            option_wording=Coalesce(
                OptionTexts(F("latest_revision__content")),
                Subquery(written),
                Value([], output_field=models.JSONField()),
            ),
        )

    def mentioning(self, phrase: str) -> Self:
        """Those with the phrase in their text, their options or their source, live or latest."""
        live = Q(text__icontains=phrase) | Q(source__icontains=phrase)
        latest = Q(wording__icontains=phrase) | Q(listed__icontains=phrase)
        source = Q(latest_revision__content__source__icontains=phrase)
        option = Exists(self._options().filter(text__icontains=phrase))
        listed = Cast("option_wording", models.TextField())
        worded = self.with_wording().alias(listed=listed)
        return worded.filter(live | latest | source | Q(option))

    def sharing_words(self, words: Iterable[str], *, language: str) -> Self:
        """Those of the language with any of the words, the ones with most of them first. It only
        narrows the choice: how alike two questions are, ``similarity`` decides."""
        config = STEMMED_AS.get(language, "simple")
        query = SearchQuery(" | ".join(sorted(set(words))), search_type="raw", config=config)
        listed = Cast("option_wording", models.TextField())
        spaced = Concat("wording", Value(" "), listed, output_field=models.TextField())
        texts = SearchVector(spaced, config=config)
        found = self.with_wording().filter(language=language).alias(texts=texts)
        return found.filter(texts=query).order_by(SearchRank(F("texts"), query).desc(), "pk")

    def _options(self) -> models.QuerySet[Any]:
        """The options of the question in a row of the outer query."""
        options: Any = self.model._meta.get_field("options").related_model  # noqa: SLF001
        own: models.QuerySet[Any] = options.objects.filter(question=OuterRef("pk"))
        return own
