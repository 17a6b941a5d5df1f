from django.urls import path

from apps.accounts.api import views

urlpatterns = [
    path("auth/register", views.RegisterView.as_view(), name="auth-register"),
    path("auth/login", views.LogInView.as_view(), name="auth-login"),
    path("auth/refresh-token", views.RefreshView.as_view(), name="auth-refresh"),
    path("auth/logout", views.LogOutView.as_view(), name="auth-logout"),
    path("auth/logout-all", views.LogOutAllView.as_view(), name="auth-logout-all"),
    path("me", views.MeView.as_view(), name="me"),
]
