"""The generic connector for files: CSV, JSON lines and XLSX from a folder or over SFTP, as a YAML says."""
