"""Addresses of one's own data, below /account/privacy/."""

from django.urls import path

from apps.accounts.privacy import views

app_name = "privacy"
urlpatterns = [
    path("", views.index, name="index"),
    path("export/", views.export, name="export"),
    path("delete/", views.delete, name="delete"),
    path("take-back/", views.take_back, name="take_back"),
]
