"""What mail programs can show, by the data of Can I email, held against what a letter uses."""
