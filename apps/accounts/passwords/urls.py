from django.urls import path

from apps.accounts.passwords import views

app_name = "passwords"

urlpatterns = [
    path("strength/", views.strength, name="strength"),
    path("suggestion/", views.suggestion, name="suggestion"),
]
