"""One entry of the staff menu for what officers and auditors do about certificates."""

from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.menu import Menu, MenuItem, SubmenuMenuItem

CERTIFICATES = Menu(register_hook_name="register_certificates_menu_item")


@hooks.register("register_admin_menu_item")
def certificates_menu() -> MenuItem:
    return SubmenuMenuItem(_("Certificates"), CERTIFICATES, icon_name="check", order=260)
