document.title = "frontend, and running";
