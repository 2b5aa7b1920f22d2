"""Payment: references and their check digits, machine-read lines, texts of payment codes, and the OCR-B face.

Everything here is a pure function of its arguments. What is wrong is a LayoutError with one of these codes:
E4070 a character that may not stand there, E4071 a length, E4072 a check digit, E4073 an amount, E4074 an account and
a reference that do not go together, E4075 a part that is missing, E4076 a payment link, E4077 an unknown kind of slip.
"""
