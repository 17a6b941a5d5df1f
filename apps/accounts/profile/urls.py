from django.urls import path

from apps.accounts.profile import views

app_name = "profile"

urlpatterns = [path("", views.edit, name="edit")]
