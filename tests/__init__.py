"""The tests, as a package: another library may bring a folder of this name along."""
