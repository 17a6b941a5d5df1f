from django.urls import path

from apps.links import domain_views, edit_view, qr_views, views

app_name = "links"

urlpatterns = [
    path("domains/", domain_views.list_view, name="domains"),
    path("domains/<str:hostname>/check/", domain_views.check, name="domain_check"),
    path("domains/<str:hostname>/edit/", domain_views.edit, name="domain_edit"),
    path("domains/<str:hostname>/remove/", domain_views.remove, name="domain_remove"),
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
