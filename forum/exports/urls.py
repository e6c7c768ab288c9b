from django.urls import path

from forum.exports import views

app_name = "exports"

urlpatterns = [
    path("posts/<int:post_id>/export.<str:name>", views.export_thread, name="thread"),
    path("posts/<int:post_id>/c/<int:comment_id>/export.<str:name>", views.export_branch, name="branch"),
]
