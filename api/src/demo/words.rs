//! Names and sentences the story is told with. All are made up; addresses end in `.example`.

/// First halves of company names.
pub const NAMES: [&str; 30] = [
    "Alder",
    "Beacon",
    "Copperfield",
    "Dunmore",
    "Eastgate",
    "Fairhaven",
    "Greywell",
    "Hollis",
    "Ironbridge",
    "Juniper",
    "Kingsley",
    "Linden",
    "Marlow",
    "Norwood",
    "Orchard",
    "Pemberton",
    "Quarry",
    "Redwing",
    "Saltmarsh",
    "Thornbury",
    "Underhill",
    "Valebrook",
    "Westerly",
    "Yarrow",
    "Zephyr",
    "Amberley",
    "Brightwater",
    "Cedarholm",
    "Driftwood",
    "Elmstead",
];

/// Industries with what companies in them call themselves.
pub const TRADES: [(&str, [&str; 2]); 8] = [
    ("Food", ["Foods", "Bakeries"]),
    ("Logistics", ["Logistics", "Freight"]),
    ("Energy", ["Energy", "Power"]),
    ("Healthcare", ["Clinics", "Health"]),
    ("Machinery", ["Machines", "Tooling"]),
    ("Retail", ["Stores", "Outfitters"]),
    ("Chemicals", ["Chemicals", "Coatings"]),
    ("Water", ["Waterworks", "Utilities"]),
];

pub const FIRST: [&str; 28] = [
    "Anna", "Ben", "Carla", "David", "Elena", "Frank", "Grace", "Hugo", "Ines", "Jonas", "Karin", "Liam", "Maria",
    "Nils", "Olga", "Peter", "Rosa", "Simon", "Teresa", "Victor", "Wendy", "Yusuf", "Zofia", "Aiko", "Bruno", "Chiara",
    "Dilan", "Emeka",
];

pub const LAST: [&str; 32] = [
    "Abbott", "Berg", "Costa", "Dahl", "Eriksen", "Fischer", "Garcia", "Hansen", "Ivanova", "Jansen", "Keller",
    "Lopez", "Moreau", "Nowak", "Okafor", "Palmer", "Quinn", "Rossi", "Schmidt", "Tanaka", "Ueda", "Vance", "Weber",
    "Yilmaz", "Zanetti", "Brandt", "Carver", "Doyle", "Eklund", "Ferrari", "Grant", "Holm",
];

/// Titles by place in the list of an account's contacts.
pub const TITLES: [&str; 3] = ["Managing Director", "Head of Operations", "Laboratory Manager"];

pub const SEGMENTS: [&str; 3] = ["Enterprise", "Mid-market", "Small business"];

/// What people write with an answer of 9 or 10, or 5 of 5.
pub const GLAD: [&str; 8] = [
    "Always quick to answer, and knows our plant by heart.",
    "The calibration visit went without a hitch. Thank you!",
    "One person to call, and things get done.",
    "Honest advice, even when it meant a smaller order.",
    "The quarterly review was really useful for us.",
    "Replacement arrived the next morning. Impressive.",
    "Training for the new operators was excellent.",
    "We never have to explain things twice.",
];

/// What people write when it was all right.
pub const FAIR: [&str; 6] = [
    "Good overall. Delivery dates could be more exact.",
    "Friendly people, but the portal is a bit slow.",
    "Fine. We would like to hear from you more often.",
    "The instrument is great, the documentation less so.",
    "Service is good once it is scheduled.",
    "No complaints, but no surprises either.",
];

/// What people write when it was not.
pub const SORE: [&str; 6] = [
    "We have a new contact every few months.",
    "Nobody called back about the failed sensor for a week.",
    "Who is looking after us now?",
    "The invoice was wrong twice in a row.",
    "The promised visit was moved three times.",
    "Prices went up and nobody told us why.",
];

/// Subjects of meetings that are rated afterwards.
pub const MEETINGS: [&str; 6] = [
    "Calibration visit",
    "Quarterly review",
    "Training of new operators",
    "Service call on the pressure line",
    "Installation of the second analyser",
    "Walk-through of the maintenance plan",
];

pub const CALLS: [&str; 5] = [
    "Check-in call",
    "Renewal talk",
    "Questions about the spring delivery",
    "Follow-up on the open quote",
    "Planning the next audit",
];

pub const MAILS: [&str; 5] = [
    "Question about spare parts",
    "Certificate for the last calibration",
    "Request for a quote",
    "Please confirm the delivery address",
    "Access for a new colleague",
];

pub const NOTES: [&str; 4] = [
    "Budget round is in autumn; bring the comparison of running costs.",
    "They think about a second site next year.",
    "Prefers video calls; avoid Mondays.",
    "Purchasing wants one invoice for all sites.",
];

/// Why an account changed hands.
pub const REASONS: [&str; 4] = [
    "Balancing the number of accounts in the team",
    "Parental leave",
    "Closer to the customer's new site",
    "Asked for somebody with knowledge of the industry",
];
