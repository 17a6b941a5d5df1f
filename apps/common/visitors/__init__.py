"""What can be told of a visitor: browser, system, device, language, country; whether it is a machine."""
