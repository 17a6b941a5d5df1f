"""In place of allauth's own, under the same names."""

from django.urls import path

from apps.accounts.providers import views

urlpatterns = [
    path("<slug:provider_id>/login/", views.login, name="openid_connect_login"),
    path("<slug:provider_id>/login/callback/", views.callback, name="openid_connect_callback"),
]
