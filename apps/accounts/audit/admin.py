"""The audit log in the back office: to be read, filtered and taken away, and nothing else."""

from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils.translation import gettext_lazy as _

from apps.accounts.audit.filters import AuditFilter
from apps.accounts.audit.pages import context_of, file_of
from apps.accounts.audit.selectors import all_rows
from apps.accounts.models import AuditLog
from apps.common.admin import ReadOnly

if TYPE_CHECKING:
    _Base = admin.ModelAdmin[AuditLog]
else:
    _Base = admin.ModelAdmin


@admin.register(AuditLog)
class AuditLogAdmin(ReadOnly, _Base):
    """Its list pages by the last row seen, for it is the longest table but for the clicks."""

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> TemplateResponse:
        if not self.has_view_permission(request):
            raise PermissionDenied
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": _("Audit log"),
            "keep": "",
            **context_of(request, all_rows(), reader=None),
            **(extra_context or {}),
        }
        return TemplateResponse(request, "admin/accounts/auditlog/change_list.html", context)

    def get_urls(self) -> list[URLPattern]:
        export = path("export.csv", self.admin_site.admin_view(self.export), name="accounts_auditlog_export")
        return [export, *super().get_urls()]

    def export(self, request: HttpRequest) -> HttpResponse:
        if not self.has_view_permission(request):
            raise PermissionDenied
        return file_of(request, all_rows(), AuditFilter.read(request.GET), reader=None)
