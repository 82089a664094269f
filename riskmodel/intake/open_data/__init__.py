"""Open data of the Department for Education, to panels of authorities by year."""
