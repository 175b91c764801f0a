"""Document libraries of SharePoint and folders of OneDrive, over Microsoft Graph."""
