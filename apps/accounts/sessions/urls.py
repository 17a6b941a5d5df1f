from django.urls import path

from apps.accounts.sessions import views

app_name = "sessions"

urlpatterns = [
    path("", views.show, name="list"),
    path("end/", views.end_others, name="end_others"),
    path("<int:pk>/end/", views.end, name="end"),
]
