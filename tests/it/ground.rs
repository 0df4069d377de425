//! The ground holds: databases are fresh and apart, the mail server fails as told, mails are read right.
