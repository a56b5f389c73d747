"""What the registry answers over HTTP. Views translate, they do not decide."""
