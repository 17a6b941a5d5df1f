from django.urls import path

from apps.links.api import views

urlpatterns = [
    path("links", views.LinksView.as_view(), name="links-list"),
    path("links/<str:hostname>/<str:code>", views.LinkView.as_view(), name="links-detail"),
    path("links/<str:hostname>/<str:code>/restore", views.RestoreView.as_view(), name="links-restore"),
    path("links/<str:hostname>/<str:code>/code", views.CodeView.as_view(), name="links-code"),
]
