"""What AWS charges: dated list prices with the source of each, for the local cloud's bill and for calculations before there is one."""
