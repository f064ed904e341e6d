"""What assay is made of: known weaknesses, bills of materials, licences (`make supply`)."""
