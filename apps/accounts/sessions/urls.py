from django.urls import path

from apps.accounts.sessions import views

app_name = "sessions"

urlpatterns = [
    path("", views.show, name="list"),
    path("end/", views.end_others, name="end_others"),
    path("programs/<uuid:pk>/end/", views.end_client, name="end_client"),
    path("<int:pk>/end/", views.end, name="end"),
]
