# Overview

overview-title = { $area }: overview
overview-as-of = As of { $date }
overview-show = Show
overview-illustrative = This page holds illustrative data: the elders by town are for demonstration, not official statistics.
overview-towns = Towns and streets
overview-towns-caption = Certified caregivers at work per 10,000 elders; the line is the target
overview-not-average = The city’s figure is computed from the city’s numbers; it is not the average of its towns.
town = Town or street
col-elders = Elders
col-certified = Certified, at work
col-ratio = Per 10,000
col-dual = Also first aid
col-gap = People short

indicator-caregivers-per-10000 = Certified caregivers per 10,000 elders
indicator-dual-certified-share = Certified in both
indicator-senior-share = Senior or above
indicator-assessed-share = Certified share
indicator-unit-per-10000 = people
indicator-unit-percent = %
indicator-definition-caregivers-per-10000 = Persons who hold a valid skill certificate and are employed here on the day, each counted once ÷ elders × 10,000.
indicator-definition-dual-certified-share = Of the employed caregivers with a valid skill certificate, those who also hold a valid first-aid certificate.
indicator-definition-senior-share = Of all employed caregivers, the uncertified included, those whose highest valid certificate is level 3, 2 or 1.
indicator-definition-assessed-share = Of all employed caregivers, those with a valid skill certificate.
indicator-fraction = { $numerator } ÷ { $denominator }
indicator-how = How it is computed
target-met = Target met
target-short = Below target
target-none = No target set
target-is = Target { $target } { $unit }
target-gap = { $people ->
    [one] One more person is needed
   *[other] { $people } more people are needed
}
population-source = { $basis }, { $date }; source: { $source }
population-forecast = Forecast
population-illustrative = Illustrative
