"""The staff door of the contact directory and the word list."""

from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import ObjectList
from wagtail.snippets.models import register_snippet
from wagtail.snippets.views.snippets import SnippetViewSet

from courses.models import Contact, GlossaryWord
from courses.page_forms import KeptForm


class ContactViewSet(SnippetViewSet):
    model = Contact
    icon = "mail"
    menu_label = _("Contact numbers")
    menu_order = 300
    add_to_admin_menu = True
    list_display = ["name", "phone", "keeper", "last_checked_on", "review_due_on"]
    search_fields = ["name", "phone", "use_when"]
    edit_handler = ObjectList(Contact.panels, base_form_class=KeptForm)


class GlossaryWordViewSet(SnippetViewSet):
    model = GlossaryWord
    icon = "openquote"
    menu_label = _("Word list")
    menu_order = 305
    add_to_admin_menu = True
    list_display = ["word", "meaning", "language", "review_due_on"]
    list_filter = ["language"]
    search_fields = ["word", "also", "meaning"]
    edit_handler = ObjectList(GlossaryWord.panels, base_form_class=KeptForm)


register_snippet(ContactViewSet)
register_snippet(GlossaryWordViewSet)
