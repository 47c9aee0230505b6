"""Words that names of streets, schools and churches are made of. None is a living person's."""


def _listed(words: str) -> tuple[str, ...]:
    return tuple(words.split("|"))


STREETS = _listed(
    "Main|Elm|Oak|Walnut|Maple|Cedar|Pine|Cherry|Hickory|Locust|Sycamore|Mulberry|Chestnut|Poplar"
    "|Washington|Jefferson|Jackson|Lincoln|Monroe|Madison|Adams|Grant|Market|Mill|Spring|Church"
    "|School|College|Park|Water|River|Front|Center|Broadway|Highland|Prairie|Ridge|Valley|Union"
    "|Liberty|Cottonwood|Meadow|Lakeview|Railroad|Commercial|Industrial"
)
STREET_ENDS = ("Street", "Street", "Street", "Avenue", "Avenue", "Road", "Drive", "Lane")
SIDES = ("N ", "S ", "E ", "W ", "", "", "", "")
ORDINALS = ("1st", "2nd", "3rd", "4th", "5th", "6th", "7th", "8th", "9th", "10th", "12th", "15th")

SCHOOLS = _listed(
    "Lincoln|Washington|Jefferson|Madison|Monroe|Jackson|Adams|Truman|Roosevelt|Eisenhower|Franklin"
    "|Central|Northside|Southside|Eastside|Westside|Park|Fairview|Highland|Hillcrest|Oak Grove"
    "|Cedar Ridge|Maple Grove|Meadow Lane|Prairie View|Pleasant Hill|Pleasant View|Spring Creek"
    "|Valley View|Walnut Grove|Willow Creek|Riverview|Ridgeview|Sunrise|Twin Oaks|Crestwood|Oakwood"
    "|Parkview|Clearview|Countryside|Heritage|Liberty|Pioneer|Liberty Bell|Stonebridge|Lakeside"
    "|Bluebird|Dogwood|Cardinal|Creekside"
)
CHURCHES = (
    "First Baptist Church",
    "First United Methodist Church",
    "First Christian Church",
    "Assembly of God",
    "St. Mary's Catholic Church",
    "Church of Christ",
    "First Presbyterian Church",
    "Trinity Lutheran Church",
    "Calvary Baptist Church",
    "Church of the Nazarene",
    "Immanuel Lutheran Church",
    "St. Joseph Catholic Church",
    "Grace Community Church",
    "Bethel Baptist Church",
    "Second Baptist Church",
    "Harvest Fellowship Church",
    "New Hope Baptist Church",
    "Mount Zion Baptist Church",
    "Sacred Heart Catholic Church",
    "Faith Lutheran Church",
    "Cornerstone Church",
    "Zion United Church of Christ",
    "Victory Temple",
    "Good Shepherd Church",
    "Antioch Christian Church",
    "Bethany Chapel",
    "Mount Olive Church",
    "Pleasant Grove Church",
)

#: Parts of a town, behind its name.
PARTS = _listed(
    "North|South|East|West|Central|Northeast|Northwest|Southeast|Southwest|Hilltop|Riverside"
    "|Lakeside|Midtown|Uptown|Old Town|Oak Park|Parkway|Heights|Gardens|Crossing|Meadows|Orchard"
    "|Quarry|Depot|Mill Creek|Spring Valley|Grand Avenue|College Hill|Fairground|Forest Park"
)
