from django.urls import path

from forum.notifications import views

app_name = "notifications"

urlpatterns = [path("inbox/", views.inbox, name="inbox")]
