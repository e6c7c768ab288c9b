from django.urls import path

from forum.moderation import views

app_name = "moderation"

urlpatterns = [
    path("log/", views.log, name="log"),
    path("report/post/<id:post_id>/", views.report_post, name="report_post"),
    path("report/comment/<id:comment_id>/", views.report_comment, name="report_comment"),
]
