"""What tests share: servers to test against and the count of what each of them answered."""
