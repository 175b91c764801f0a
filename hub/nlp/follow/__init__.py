"""What a meeting says of what earlier ones of its series left: closed actions, decisions that are taken anew."""
