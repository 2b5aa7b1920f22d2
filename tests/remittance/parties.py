"""Who is paid and who pays in SIX's test data for the QR-bill."""

INSURER = {
    "name": "Health insurance fit&kicking",
    "street": "Am Wasser",
    "building": "1",
    "postcode": "3000",
    "town": "Bern",
    "country": "CH",
}
SARAH = {
    "name": "Sarah Beispiel",
    "street": "Mustergasse",
    "building": "1",
    "postcode": "3600",
    "town": "Thun",
    "country": "CH",
}
