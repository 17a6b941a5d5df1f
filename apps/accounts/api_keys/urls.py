"""Addresses of API keys, below /account/api-keys/."""

from django.urls import path

from apps.accounts.api_keys import views

app_name = "api_keys"

urlpatterns = [
    path("", views.index, name="list"),
    path("new/", views.create, name="create"),
    path("workspace/<uuid:public_id>/", views.of_workspace, name="of_workspace"),
    path("<uuid:public_id>/", views.edit, name="edit"),
    path("<uuid:public_id>/revoke/", views.revoke, name="revoke"),
]
