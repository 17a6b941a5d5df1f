from django.urls import path

from apps.links import edit_view, views

app_name = "links"

urlpatterns = [
    path("links/", views.list_view, name="list"),
    path("links/new/", views.create, name="create"),
    path("links/check-code/", views.check_code, name="check_code"),
    path("links/<str:hostname>/<str:code>/edit/", edit_view.edit, name="edit"),
    path("links/<str:hostname>/<str:code>/active/", views.set_active, name="set_active"),
    path("links/<str:hostname>/<str:code>/delete/", views.delete, name="delete"),
    path("links/<str:hostname>/<str:code>/restore/", views.restore, name="restore"),
]
