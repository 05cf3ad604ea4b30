"""As much of Superdesk's interface as a plug-in meets, with the names and signatures of
superdesk-core (`develop`). It is AGPL and large, and not installed for these tests."""
