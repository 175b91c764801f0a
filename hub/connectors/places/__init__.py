"""Places of files: a folder, SFTP, a bucket. Recordings come in from them, packages go out to them."""
