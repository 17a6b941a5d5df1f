from django.urls import re_path

from apps.redirects import views

app_name = "redirects"

urlpatterns = [
    re_path(r"^(?P<code>[A-Za-z0-9_-]{1,64})\Z", views.visitor_page, name="visitor_page"),
]
