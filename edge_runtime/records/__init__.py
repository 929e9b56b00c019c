"""What a clinic keeps: exams, photographs, decisions and signatures, encrypted, with an audit."""
