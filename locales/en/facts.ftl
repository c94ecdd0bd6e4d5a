# What would change the conditions that every scheme has, and how facts are told

fact-no-certificate = no valid certificate
fact-in-years = { $n } years
fact-in-months = { $n } months
fact-in-days = { $n } days
fact-in-hours = { $n } hours
fact-in-count = { $n }
fact-none = none
fact-list-has = has { $key } ({ $list })
fact-list-lacks = lacks { $key } ({ $list })
fact-no-entry = no record for { $key }
fact-entry = { $key }: { $value }
fact-and-more = { $list }, and { $more } more
