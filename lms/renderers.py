"""How every form of the site becomes HTML."""

from django.forms.renderers import DjangoTemplates


class GovukFormRenderer(DjangoTemplates):
    """GOV.UK's markup around Django's fields.

    Only the templates of whole forms and of fields are ours. Widgets keep Django's own templates,
    because the staff site draws its widgets through the same renderer.
    """

    form_template_name = "govuk/form.html"
    formset_template_name = "govuk/formset.html"
    field_template_name = "govuk/field.html"
