// Every award, in Excel or Power BI: Data > Get Data > Blank Query > Advanced Editor; paste; sign in "Anonymous".
// For what needs a partner's key, fill in Key.
let
    Portal = "http://127.0.0.1:8000",
    Resource = "awards",
    Key = "",

    Headers = [Accept = "application/json"]
        & (if Key = "" then [] else [Authorization = "Bearer " & Key]),

    // The first page is asked by Query, the others by the cursor in "next": so the address that Power BI checks
    // stays the portal's.
    Page = (cursor as nullable text) as record =>
        Json.Document(
            Web.Contents(
                Portal,
                [
                    RelativePath = "api/v1/" & Resource,
                    Query = [page_size = "500"] & (if cursor = null then [] else [cursor = cursor]),
                    Headers = Headers
                ]
            )
        ),
    Cursor = (page as record) as nullable text =>
        if page[next] = null then null else Uri.Parts(page[next])[Query][cursor],

    Pages = List.Generate(
        () => [page = Page(null), more = true],
        each [more],
        each [
            more = [page][next] <> null,
            page = if more then Page(Cursor([page])) else null
        ],
        each [page][results]
    ),
    Columns = {"id", "reference", "title", "amount", "approved_at", "call", "enterprise"},
    Rows = Table.FromRecords(List.Combine(Pages), Columns, MissingField.UseNull),

    // What is inside another object becomes columns; money is text in the API, so that nothing rounds it unasked.
    Money = Table.ExpandRecordColumn(Rows, "amount", {"amount"}, {"amount_eur"}),
    Titles = Table.ExpandRecordColumn(Money, "call", {"code", "kind"}, {"call_code", "call_kind"}),
    Firms = Table.ExpandRecordColumn(
        Titles, "enterprise", {"name", "number", "nuts2"}, {"enterprise", "enterprise_number", "nuts2"}
    ),
    Kept = Table.SelectColumns(
        Firms,
        {"id", "reference", "title", "amount_eur", "approved_at", "call_code", "call_kind", "enterprise", "nuts2"}
    ),
    Typed = Table.TransformColumnTypes(
        Kept,
        {{"amount_eur", Currency.Type}, {"approved_at", type datetimezone}},
        "en-US"
    )
in
    Typed
