"""Which certificates of other councils are accepted: to see, to propose and to approve."""

from typing import Any

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from certificates.renewal import london_day
from licensing import perms
from licensing.acceptance import is_from
from licensing.actions import approve_acceptance, propose_acceptance
from licensing.forms.acceptance import LABELS, AcceptanceForm, like_acceptance
from licensing.models import Acceptance
from licensing.views.refusals import RULE_REFUSALS
from people import perms as people
from people.rule_views import ProposeRuleView, RuleListView, RulesMixin, RuleView, compared


class AcceptancesMixin(RulesMixin):
    """The rules are those of the accepting council."""

    page_title = gettext_lazy("Accepted from other councils")
    header_icon = "link"
    refusals = RULE_REFUSALS
    rule_url_name = "staff_acceptance"
    propose_url_name = "propose_acceptance"

    def readable(self) -> QuerySet[Acceptance]:
        return perms.readable_acceptances(self.request.user)


class AcceptancesView(AcceptancesMixin, RuleListView):
    template_name = "licensing/admin/acceptance/list.html"


class AcceptanceView(AcceptancesMixin, RuleView):
    """Beside the rule that it takes over from."""

    template_name = "licensing/admin/acceptance/one.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        rule = self.object
        before = self._before(rule)
        return super().get_context_data(
            before=before,
            terms=compared(_words(rule), _words(before) if before else {}),
            counts_today=is_from(rule.course.edition, rule.from_edition),
            too_late=rule.effective_from < london_day(timezone.now()),
            **kwargs,
        )

    def _before(self, rule: Acceptance) -> Acceptance | None:
        """What applies on the new rule's first day until it is approved."""
        same = Acceptance.objects.for_the_same(rule).exclude(pk=rule.pk)
        in_force = same.in_force(authority=rule.authority, on=rule.effective_from)
        earlier: Acceptance | None = in_force.first()
        return earlier

    def approve(self, rule: Acceptance) -> None:
        approve_acceptance(rule=rule, by=self.person, now=timezone.now())


class ProposeAcceptanceView(AcceptancesMixin, ProposeRuleView):
    page_title = gettext_lazy("Propose to accept certificates of another council")
    template_name = "courses/admin/form.html"
    form_class = AcceptanceForm
    extra_context = {"submit_label": gettext_lazy("Propose this rule")}

    def get_initial(self) -> dict[str, Any]:
        """There is no national one, so that the earlier rule's own council stands."""
        if self.earlier is not None:
            return like_acceptance(self.earlier)
        return {"authority": people.rule_authorities(self.request.user).first()}

    def propose(self, form: AcceptanceForm) -> Acceptance:
        return propose_acceptance(rule=form.instance, by=self.person, now=timezone.now())


def _words(rule: Acceptance) -> dict[str, str]:
    words = {
        "requirements": ", ".join(rule.requirements) or _("None: nothing is accepted"),
        "from_edition": rule.from_edition or _("Every edition"),
        "months": str(rule.months or _("As long as the certificate lasts")),
    }
    return {str(LABELS[name]): said for name, said in words.items()}
