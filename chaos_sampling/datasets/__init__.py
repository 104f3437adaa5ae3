"""Where images come from: drawn, from a folder, or CelebA."""
