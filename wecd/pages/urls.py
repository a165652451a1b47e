"""Addresses of the programme's public face. ``pages`` stand under a language, ``files`` do not."""

from django.urls import path

from wecd.pages import home, programme, sharing, sitemap

pages = [
    path("", home.home, name="home"),
    path("find/", home.find, name="find"),
    path("programme/", programme.programme, name="programme"),
    path("axes/<slug:slug>/", programme.axis, name="axis"),
    path("actions/<slug:slug>/", programme.action, name="action"),
    path("partners/<slug:slug>/", programme.partner, name="partner_page"),
]
files = [
    path("sitemap.xml", sitemap.sitemap, name="sitemap"),
    path("robots.txt", sitemap.robots, name="robots"),
    path(
        "share/<slug:what>/<slug:slug>/<slug:language>-<slug:digest>.png",
        sharing.picture,
        name="share_picture",
    ),
]
