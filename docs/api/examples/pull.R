# Every row of a resource of the API, as a data frame.
# install.packages(c("httr2", "jsonlite"))

library(httr2)

portal <- Sys.getenv("PORTAL", "http://127.0.0.1:8000")

rows <- function(resource, key = "", ...) {
  ask <- request(portal) |>
    req_url_path_append("api", "v1", resource) |>
    req_url_query(page_size = 500, ...) |>
    req_retry(max_tries = 5) |> # waits as Retry-After says
    req_error(body = function(resp) resp_body_json(resp, check_type = FALSE)$detail)
  if (nzchar(key)) {
    ask <- req_auth_bearer_token(ask, key)
  }
  pages <- list()
  repeat {
    page <- ask |>
      req_perform() |>
      resp_body_string() |>
      jsonlite::fromJSON(flatten = TRUE)
    pages[[length(pages) + 1]] <- page$results
    if (is.null(page$`next`)) break
    ask <- req_url(ask, page$`next`)
  }
  pages <- Filter(is.data.frame, pages) # a page without rows is none
  found <- if (length(pages) > 0) jsonlite::rbind_pages(pages) else data.frame()
  # Money and percentages come as text, so that no client rounds them without meaning to.
  for (column in grep("(\\.amount|rate)$", names(found), value = TRUE)) {
    found[[column]] <- as.numeric(found[[column]])
  }
  found
}

awards <- rows("awards", nuts2 = "BE35")
if (nrow(awards) > 0) {
  print(awards[, c("reference", "amount.amount", "title")])
}

# With a partner's key
applications <- rows("applications", key = Sys.getenv("WECD_KEY", "wecd_demo_partner_key"))
if (nrow(applications) > 0) {
  print(table(applications$state))
}
