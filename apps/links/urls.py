from django.urls import path

from apps.links import domain_views, edit_view, qr_views, views
from apps.links.exporting import views as export_views
from apps.links.exporting.formats import ExportFormat
from apps.links.importing import views as import_views

app_name = "links"

urlpatterns = [
    path("domains/", domain_views.list_view, name="domains"),
    path("domains/<str:hostname>/check/", domain_views.check, name="domain_check"),
    path("domains/<str:hostname>/edit/", domain_views.edit, name="domain_edit"),
    path("domains/<str:hostname>/remove/", domain_views.remove, name="domain_remove"),
    path("import/", import_views.index, name="imports"),
    path("import/<uuid:public_id>/", import_views.show, name="import"),
    path("import/<uuid:public_id>/begin/", import_views.begin, name="import_begin"),
    path("import/<uuid:public_id>/stop/", import_views.stop, name="import_stop"),
    path("import/<uuid:public_id>/report.csv", import_views.report, name="import_report"),
    path("export/", export_views.index, name="export"),
    path("export/links.csv", export_views.download, {"format_": ExportFormat.CSV}, name="export_csv"),
    path("export/links.json", export_views.download, {"format_": ExportFormat.JSON}, name="export_json"),
    path("links/", views.list_view, name="list"),
    path("links/new/", views.create, name="create"),
    path("links/check-code/", views.check_code, name="check_code"),
    path("links/<str:hostname>/<str:code>/edit/", edit_view.edit, name="edit"),
    path("links/<str:hostname>/<str:code>/check-code/", edit_view.check_code, name="check_new_code"),
    path("links/<str:hostname>/<str:code>/qr/", qr_views.page, name="qr"),
    path("links/<str:hostname>/<str:code>/qr.svg", qr_views.picture, {"kind": "svg"}, name="qr_svg"),
    path("links/<str:hostname>/<str:code>/qr.png", qr_views.picture, {"kind": "png"}, name="qr_png"),
    path("links/<str:hostname>/<str:code>/active/", views.set_active, name="set_active"),
    path("links/<str:hostname>/<str:code>/delete/", views.delete, name="delete"),
    path("links/<str:hostname>/<str:code>/restore/", views.restore, name="restore"),
]
