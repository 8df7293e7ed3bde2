import { serveOverStdio } from "../../language-server/stdio.js";

serveOverStdio();
