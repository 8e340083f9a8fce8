"""What is asked, and what there is to choose from: candidates, what each requires, which behave alike."""
