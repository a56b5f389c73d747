from torture.torture import main

main()
