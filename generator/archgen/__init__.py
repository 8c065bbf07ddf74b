"""archgen: from what a backend must withstand to a repository that runs."""
