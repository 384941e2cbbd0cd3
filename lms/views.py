"""The pages of the roof: "what is left for me to do"."""

from django.views.generic import TemplateView


class DashboardView(TemplateView):
    template_name = "lms/dashboard.html"
