"""Addresses of API keys by REST, below /api/v1/."""

from django.urls import path

from apps.accounts.api_keys.rest_views import KeysView, KeyView

urlpatterns = [
    path("keys", KeysView.as_view(), name="keys-list"),
    path("keys/<uuid:public_id>", KeyView.as_view(), name="keys-detail"),
]
